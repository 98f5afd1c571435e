"""What is measured: teachers, students and recordings, and what they are asked to say."""
