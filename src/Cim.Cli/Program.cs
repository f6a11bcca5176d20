using Cim.Cli;

using var streams = new StandardStreams();
using var interrupt = new InterruptSignal();
return await CimApplication.RunAsync(args, Console.Out, Console.Error, interrupt.Token);
