"""`forthwith demo`: the whole product on this machine, with an emulator in place of WhatsApp."""
