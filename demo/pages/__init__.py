"""What the demo press serves: pages, lists and troubles, in the forms of real outlets."""
