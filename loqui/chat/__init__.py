"""The model: users, rooms and the rules; synchronous, without I/O and without a clock."""
