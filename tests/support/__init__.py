"""What tests share: built applications, servers, pages."""
