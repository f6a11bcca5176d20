using System.Globalization;
using Cim.Compiler.Calibration;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Sweep;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;

namespace Cim.Cli.Commands.Advise;

/// <summary>The changes that are worth a try, one at a time.</summary>
/// <param name="asked">The compilation as it is.</param>
/// <param name="profile">Its hardware.</param>
/// <param name="folder">Where policies are written.</param>
internal sealed class AdviceChanges(CompileOptions asked, HardwareProfile profile, string folder)
{
    private const int FewestRows = 16, MostBits = 8, MostAdcBits = 16, Step = 2;

    private static readonly (string Name, WeightEncoding Value)[] _encodings =
    [
        ("differential", WeightEncoding.Differential), ("offset", WeightEncoding.Offset),
        ("twos-complement", WeightEncoding.TwosComplement),
    ];

    private static readonly (string Name, AdcRangePolicy Value)[] _ranges =
    [
        ("full", AdcRangePolicy.Full), ("calibrated", AdcRangePolicy.Calibrated), ("granular", AdcRangePolicy.Granular),
    ];

    /// <summary>All changes, those of the hardware first.</summary>
    /// <param name="result">The compilation as it is: its precisions, and the layer of the largest error.</param>
    public IEnumerable<AdviceChange> All(CompileResult result) => [.. Hardware(), .. Ranges(), .. Precision(result), .. Training()];

    private IEnumerable<AdviceChange> Hardware()
    {
        foreach ((string name, WeightEncoding value) in _encodings)
            if (profile.Encoding != value) yield return Set("encoding", name);
        foreach ((string name, AdcRangePolicy value) in _ranges)
            if (profile.AdcBits > 0 && profile.AdcRange.Policy != value) yield return Set("adcRange", name);
        foreach (int bits in new[] { profile.AdcBits - 1, profile.AdcBits + 1, profile.AdcBits + Step })
            if (profile.AdcBits > 0 && asked.AdcBits == 0 && bits is > 0 and <= MostAdcBits) yield return Set("adcBits", bits);
        if (profile.Rows >= 2 * FewestRows) yield return Set("rows", profile.Rows / 2);
    }

    private IEnumerable<AdviceChange> Ranges()
    {
        if (asked.Calibration is null) yield break;
        foreach ((string name, RangeMethod method) in new[]
            { ("minmax", RangeMethod.MinMax), ("percentile", RangeMethod.Percentile), ("mse", RangeMethod.MeanSquaredError) })
        {
            if (asked.Range != method)
                yield return new AdviceChange(
                    "calibration", $"{OptionTable.CalibrationMethod.Flag} {name}", o => o with { Range = method });
        }
    }

    private IEnumerable<AdviceChange> Precision(CompileResult result)
    {
        if (result.Report.WorstLayer is not { } worst || result.Policy.Layers.FirstOrDefault(l => l.Name == worst) is not { } layer)
            yield break;
        if (layer.WeightBits < MostBits)
            yield return Layer("weight", layer.WeightBits, l => l with { WeightBits = Wider(l.WeightBits) });
        if (layer.ActivationBits < MostBits)
            yield return Layer("activation", layer.ActivationBits, l => l with { ActivationBits = Wider(l.ActivationBits) });

        AdviceChange Layer(string what, int bits, Func<LayerPrecision, LayerPrecision> change)
        {
            // The policy of a result has the profile's conversions written out, which another profile would not have.
            QuantizationPolicy policy = new([.. result.Policy.Layers.Select(l => (l.Name == worst ? change(l) : l) with
            {
                AdcBits = asked.AdcBits,
            })]);
            string path = Path.Combine(folder, what + ".json");
            return new AdviceChange("precision", $"{Wider(bits)}-bit {what}s in '{worst}'", o =>
            {
                PolicyFile.Write(policy, path);
                return o with { PolicyPath = path };
            });
        }
    }

    private IEnumerable<AdviceChange> Training()
    {
        if (asked.Training is { } training)
            yield return new AdviceChange("training", $"{OptionTable.Training.Flag} {Path.GetFileName(training)}", o => o with
            {
                Training = training, Rounding = RoundingMethods.Auto,
            });
    }

    private static int Wider(int bits) => Math.Min(MostBits, bits + Step);

    private static AdviceChange Set(string field, object value)
    {
        var setting = new ProfileSetting(field, Convert.ToString(value, CultureInfo.InvariantCulture)!);
        return new AdviceChange("hardware", setting.ToString(), o => o with { HardwareSettings = [.. o.HardwareSettings, setting] });
    }
}
