# Nobody looks after the heater any more.
switch set_state False
