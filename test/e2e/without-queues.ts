// Hosts of the reference app would all start, or share, the one storage emulator of this machine, and take each other's messages.
process.env["AzureWebJobs.startOrderFromQueue.Disabled"] = "true";
