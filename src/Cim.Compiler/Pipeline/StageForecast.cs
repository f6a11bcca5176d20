using System.Collections.Frozen;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// How long the stages of a compilation that are still to come will probably take, as seen from the time that the first ones took. It
/// decides when a search ends that has a time budget, and what is reported as the time left; never what a stage computes.
/// </summary>
/// <remarks>
/// Importing, calibrating and scaling inputs run the network over the calibration samples and so measure machine and network: together
/// they are one unit. The shares of the others are those of the Fashion-MNIST sample, rounded up. Learned rounding is bounded by its
/// operations whatever the network is (<see cref="LearnedSeconds"/>).
/// </remarks>
/// <param name="options">The compilation.</param>
internal sealed class StageForecast(CompileOptions options)
{
    /// <summary>Seconds of learned rounding on two cores, at the number of operations it has by default.</summary>
    public const double LearnedSeconds = 15;

    private const string Search = "Search";

    /// <summary>In units; a stage that is not here takes no time worth mentioning.</summary>
    private static readonly FrozenDictionary<string, double> _shares = new Dictionary<string, double>
    {
        ["Import"] = 0.2, ["Calibrate"] = 0.4, ["ScaleInputs"] = 0.4, ["Confirm"] = 1.5, ["Round"] = 1.2, ["Map"] = 0.1, ["Emit"] = 0.1,
        ["Agreement"] = 0.1, ["LayerErrors"] = 0.2, ["Evaluate"] = 0.8, ["Baseline"] = 0.6, ["Report"] = 0.1,
    }.ToFrozenDictionary();

    private double _finishedShares, _finishedSeconds;

    /// <summary>The stages whose time is estimated.</summary>
    public static IEnumerable<string> Known => _shares.Keys;

    /// <summary>False until something was measured.</summary>
    public bool IsKnown => _finishedShares >= 0.2;

    /// <summary>A stage has ended.</summary>
    public void Finished(string stage, double seconds)
    {
        // Rounding is learned or not, and searches and trainings have times of their own.
        if (stage is "Confirm" or "Round" || !_shares.TryGetValue(stage, out double share)) return;
        _finishedShares += share;
        _finishedSeconds += seconds;
    }

    /// <summary>Seconds that a stage probably takes; 0 where it has nothing to do, and for a search, which takes what it may.</summary>
    public double Of(string stage)
    {
        if (!IsKnown || !_shares.TryGetValue(stage, out double share) || !Applies(stage)) return 0;
        return share * _finishedSeconds / _finishedShares + (stage is "Confirm" or "Round" && Learns ? LearnedSeconds : 0);
    }

    /// <summary>Seconds that stages probably take together.</summary>
    public double Of(IEnumerable<string> stages) => stages.Sum(Of);

    /// <summary>True if the length of a stage is known from elsewhere, or not at all.</summary>
    public static bool IsOpen(string stage) => stage is Search or "Train" or "Strips" or "ColumnSharing";

    private bool Learns => options.Rounding is RoundingMethods.Learned
        || (options.Rounding == RoundingMethods.Auto && options is { Training: null, VariationAware: false, Calibration: not null }
            && (options.Searches || options.WeightBits <= 4));

    private bool Applies(string stage) => stage switch
    {
        "Confirm" => ConfirmsOnEvaluation,
        "Evaluate" => options.Evaluation is not null,
        "Baseline" => options is { Evaluation: not null, Calibration: not null },
        "Agreement" or "LayerErrors" => options.Calibration is not null,
        _ => true,
    };

    private bool ConfirmsOnEvaluation =>
        options is { Searches: true, MaxAccuracyLoss: not null, Evaluation: not null, Training: null, Strips: null, Merge: null };
}
