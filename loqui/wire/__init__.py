"""Ways of writing requests, events and answers as bytes, and of reading them back."""
