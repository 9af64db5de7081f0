"""The demo press's articles and what is true of them."""
