"""The wire: what passed between the business and WhatsApp, kept for whoever watches."""
