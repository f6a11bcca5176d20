using Cim.Cli.Commands.Advise;
using Cim.Cli.Invocation;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim advise --json</c> prints.</summary>
internal sealed class AdviseDocument(Advice advice) : JsonResult
{
    public int Samples => advice.Samples;
    public string Fidelity => FidelityOption.Name(advice.Fidelity);
    public double? AccuracyFloat => advice.AccuracyFloat;
    public double Chance => advice.Chance;
    public string? TryFirst => advice.First?.Change.Text;
    public AdviceDocument Baseline => new(advice.Baseline);
    public IEnumerable<AdviceDocument> Changes => advice.Changes.Select(c => new AdviceDocument(c));
}

/// <summary>What a change came to.</summary>
internal sealed class AdviceDocument(AdviceResult result)
{
    public string Change => result.Change.Text;
    public string Kind => result.Change.Kind;
    public double? Accuracy => result.Accuracy;
    public double? AccuracyExact => result.AccuracyExact;
    public double? Cosine => result.Cosine;
    public double? EnergyPj => result.Cost?.EnergyPj;
    public double? LatencyNs => result.Cost?.LatencyNs;
    public long? Arrays => result.Cost?.Arrays;
    public string? Problem => result.Problem;
}
