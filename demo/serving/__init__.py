"""How the demo press is served: sockets and processes, moods of outlets, faults by a seed."""
