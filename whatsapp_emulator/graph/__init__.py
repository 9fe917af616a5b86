"""The Graph API as the business calls it."""
