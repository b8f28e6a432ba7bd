import gc

gc.collect()
firmware = gc.mem_alloc()

import gauge  # noqa: E402 - what is above is the firmware's

gauge.run(firmware)
