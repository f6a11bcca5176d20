using Cim.Cli;

NativeAllocator.ReturnLargeBlocks();
using var streams = new StandardStreams();
// A training that is cancelled writes the best network it has.
using var interrupt = new InterruptSignal(args is ["train", ..] ? Timeout.InfiniteTimeSpan : InterruptSignal.Patience);
return await CimApplication.RunAsync(args, Console.Out, Console.Error, interrupt.Token);
