"""Copies of a workspace that are whole, sealed and verified, and their way back without those erased since."""
