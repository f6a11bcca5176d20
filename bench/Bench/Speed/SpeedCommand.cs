using System.CommandLine;

namespace Cim.Bench.Speed;

/// <summary><c>bench speed</c>: how fast compiled networks are simulated.</summary>
internal sealed class SpeedCommand : Command
{
    public SpeedCommand()
        : base("speed", "How fast is each fidelity, beside ONNX Runtime in the same run?")
    {
        Subcommands.Add(new NetworksCommand());
        Subcommands.Add(new ModelCommand());
        Subcommands.Add(new LayersCommand());
        Subcommands.Add(new ProductsCommand());
        Subcommands.Add(new MemoryCommand());
    }
}
