"""Shopify's webhooks: orders, refunds and customers, as Shopify's own documents say them."""
