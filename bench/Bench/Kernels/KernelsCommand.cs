using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Cim.Bench.Common;

namespace Cim.Bench.Kernels;

/// <summary><c>bench kernels</c>: the inner loops alone, by BenchmarkDotNet.</summary>
internal sealed class KernelsCommand : Command
{
    private readonly Argument<string[]> _arguments = new("options")
    {
        Description = "Options of BenchmarkDotNet after --, for example -- --job short --filter '*Winograd*'; --inProcess builds nothing.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public KernelsCommand()
        : base("kernels", "How fast are the inner loops of the simulator alone, and do they allocate?")
    {
        Arguments.Add(_arguments);
        SetAction(parsed =>
        {
            // BenchmarkDotNet builds the compiler anew, which takes longer than its two minutes where others use the machine.
            IConfig config = DefaultConfig.Instance.WithArtifactsPath(Repository.Find().Artifacts("kernels"))
                .WithBuildTimeout(TimeSpan.FromMinutes(10));
            BenchmarkRunner.Run<KernelBenchmarks>(config, parsed.GetValue(_arguments));
        });
    }
}
