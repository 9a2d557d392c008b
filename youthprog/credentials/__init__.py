"""What an adult must hold to serve (checks, training) and whether it is in force on a day."""
