using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Bench.Common.Tool;

namespace Cim.Bench.Variation;

/// <summary>Compiles a network once for each method and measures it on simulated chips.</summary>
/// <param name="run">The run.</param>
/// <param name="network">The network.</param>
/// <param name="chips">Simulated chips.</param>
/// <param name="limit">Test images.</param>
/// <param name="comparedCodes">Images whose output codes are compared.</param>
internal sealed class VariationMeasurement(BenchRun run, VariationNetwork network, int chips, int limit, int comparedCodes)
{
    private const int CalibrationSamples = 256;

    private readonly MeasurementStore _store = run.Store();
    private readonly object[] _test = ["--data", network.Network.Test, "--limit", limit, .. network.Network.Preprocessing];
    private readonly Dictionary<string, (CompileReport Made, EvalReport NoiseFree)> _compiled = new(StringComparer.Ordinal);
    private EvalReport? _float;

    /// <summary>The row of a variation; one of an earlier run if there is one.</summary>
    public async Task<VariationRow> MeasureAsync(CellVariation variation, bool isAware, CancellationToken cancellation)
    {
        // The conventional network is that without training, whatever the variation-aware one is.
        string name = $"{(isAware ? network.Name : network.PlainName)}-{variation.FileName}-{(isAware ? "aware" : "conventional")}";
        VariationRow row = await _store.GetAsync(
            name, $"{chips} {limit} {comparedCodes}", VariationJson.Default.VariationRow,
            () => MeasureNewAsync(variation, isAware, cancellation));
        return row with { Network = network.Name };
    }

    private async Task<VariationRow> MeasureNewAsync(CellVariation variation, bool isAware, CancellationToken cancellation)
    {
        // It does not depend on the variation either: it is compiled once and read on other cells.
        string file = Path.Combine(run.Artifacts, isAware ? $"{network.Name}-{variation.FileName}.cim" : $"{network.PlainName}.cim");
        if (!_compiled.TryGetValue(file, out (CompileReport Made, EvalReport NoiseFree) compiled))
        {
            CompileReport made = await run.Cim.CompileAsync(
                [network.Network.Model, "-o", file, "--calibration", network.Calibration, "--calibration-samples", CalibrationSamples,
                    "--hardware", variation.WriteProfile(run.Artifacts), .. network.Network.Preprocessing,
                    .. isAware ? ["--variation-aware", .. network.AwareOptions] : Array.Empty<object>()], cancellation);
            _compiled[file] = compiled = (made, await run.Cim.EvaluateAsync([file, .. _test, "--fidelity", "exact"], cancellation));
        }

        _float ??= await run.Cim.EvaluateAsync([network.Network.Model, .. _test], cancellation);
        EvalReport noisy = await run.Cim.EvaluateAsync(
            [
                file, .. _test, "--fidelity", "device", "--trials", chips, "--output-codes", comparedCodes,
                .. isAware ? [] : variation.Settings,
            ],
            cancellation);
        OutputCodes[] codes = noisy.OutputCodes!;
        return new VariationRow
        {
            Network = network.Name, Variation = variation.Name, Method = isAware ? "aware" : "conventional", Chips = chips,
            Images = noisy.Samples, Float = _float.Accuracy, NoiseFree = compiled.NoiseFree.Accuracy, Accuracy = noisy.Accuracy,
            Deviation = noisy.AccuracyDeviation, EnergyPj = compiled.Made.Cost.EnergyPj,
            CorrectOpsPerJoule = noisy.CorrectOpsPerJoule!.Value, LeastEqual = codes.Min(c => c.Equal),
            LeastWithinOne = codes.Min(c => c.WithinOne), LeastEqualInNetwork = codes.Min(c => c.EqualInNetwork),
            LeastPredictedEqual = compiled.Made.Variation?.Where(v => v.OutputBits is > 0).Min(v => v.Equal),
        };
    }
}
