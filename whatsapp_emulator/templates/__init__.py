"""Message templates: made, reviewed, paused and sent as WhatsApp does."""
