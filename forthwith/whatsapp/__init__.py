"""The Cloud API as our code sees it; nothing else knows its JSON."""
