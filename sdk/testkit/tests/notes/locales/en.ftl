reached = Reached
