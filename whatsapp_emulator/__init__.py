"""WhatsApp's Cloud API on this machine: a stranger to the product that talks to it.

It speaks the wire as Meta's documentation describes it (Graph API, signed webhooks), carries
contacts with phones that can be open, on or off, keeps a ledger of every send it accepted, and
misbehaves on request. It shares no code with Forthwith.
"""

__version__ = "0.1.0"
