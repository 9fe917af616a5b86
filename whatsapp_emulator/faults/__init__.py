"""Misbehaviour on request: rules, what they do, and who is hit."""
