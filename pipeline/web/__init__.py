"""The review room: the application that people use in a browser. The only room that speaks HTTP."""
