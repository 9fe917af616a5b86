"""Forthwith: a self-hosted WhatsApp Business team inbox."""

__version__ = "0.1.0"
