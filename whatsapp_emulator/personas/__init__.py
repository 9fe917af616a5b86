"""Personas: invented customers of an invented bicycle shop, who write and answer by themselves."""
