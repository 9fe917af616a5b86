"""What is inside a file: measured, and freed of what tells where it was made. Knows no layer of ours."""
