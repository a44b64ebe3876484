"""Paths: how consumers move between touchpoints, and which touchpoints the conversions rest on."""
