"""Webhooks: their shapes, their signature, and the engine that delivers them."""
