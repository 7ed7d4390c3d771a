"""The numbers against themselves, the print and other packages."""
