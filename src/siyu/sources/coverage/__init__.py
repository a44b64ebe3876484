"""What the loaded files can and cannot answer: counted, asked, told."""
