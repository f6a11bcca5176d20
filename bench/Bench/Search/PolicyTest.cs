using Cim.Bench.Common.Data;
using Cim.Compiler;
using Cim.Compiler.Data;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;

namespace Cim.Bench.Search;

/// <summary>Compiles policies and evaluates them on all test images, each once.</summary>
/// <param name="search">Whose policies they are.</param>
/// <param name="network">The network.</param>
/// <param name="preprocessing">Its preprocessing.</param>
/// <param name="hardware">The hardware profile's name.</param>
/// <param name="file">Where a policy is written for the compiler.</param>
internal sealed class PolicyTest(PolicySearch search, ImageNetwork network, Preprocessing preprocessing, string hardware, string file)
{
    private readonly Dictionary<string, double> _known = new(StringComparer.Ordinal);

    /// <summary>Percentage points lost.</summary>
    public double Loss(int[] policy)
    {
        string name = string.Join(',', policy);
        if (_known.TryGetValue(name, out double known)) return known;
        PolicyFile.Write(search.ToPolicy(policy), file);
        CompileResult result = CompilePipeline.Compile(new CompileOptions
        {
            ModelPath = network.Model, Hardware = hardware, Calibration = network.Calibration, Evaluation = network.Test,
            Preprocessing = preprocessing, PolicyPath = file, Rounding = RoundingMethods.Compensated,
        });
        return _known[name] = 100 * (result.AccuracyFloat!.Fraction - result.AccuracyCompiled!.Fraction);
    }
}
