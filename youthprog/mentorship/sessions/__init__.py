"""Wing of mentorship: sessions, how they are logged in seconds, asked for and corrected."""
