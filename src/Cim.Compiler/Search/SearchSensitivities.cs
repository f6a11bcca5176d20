using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Sensitivity;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Search;

/// <summary>What a search knows of each width before it measures its first policy.</summary>
/// <param name="Widths">What narrow weights and activations do.</param>
/// <param name="Conversions">What narrow conversions do.</param>
/// <param name="Proxy">How the estimate of weights was chosen.</param>
internal sealed record SearchSensitivities(MeasuredSensitivity Widths, AdcSensitivity Conversions, ProxySelection Proxy)
{
    /// <summary>Measures what the trial file does not know yet; what there is no time for is taken to lose too much.</summary>
    /// <param name="network">The network whose widths can be set.</param>
    /// <param name="hardware">The machine.</param>
    /// <param name="widths">The widths that are offered.</param>
    /// <param name="options">Clock, seed and trial file.</param>
    /// <param name="progress">One line a layer.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static SearchSensitivities Measure(
        PolicyNetwork network, HardwareProfile hardware, SearchWidths widths, PolicySearchOptions options, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        MeasuredSensitivity? sensitivity = options.Trials?.Sensitivity;
        if (sensitivity is null || !sensitivity.Covers(widths.Weights, widths.Activations))
        {
            sensitivity = MeasuredSensitivity.Measure(
                network, widths.Weights, widths.Activations, sensitivity, options.Clock, progress, cancellation);
            options.Trials?.Store(sensitivity);
        }

        AdcSensitivity? conversions = options.Trials?.Conversions(hardware);
        if (conversions is null || !conversions.Covers(widths.Conversions))
        {
            conversions = AdcSensitivity.Measure(
                network.Source, hardware, network.Layers, widths.Conversions, options.Clock, progress, cancellation);
            if (conversions.Covers(widths.Conversions)) options.Trials?.Store(conversions, hardware);
        }

        ProxySelection proxy = ProxySelection.Make(
            network, sensitivity, widths.Weights, new ProxySettings(options.Seed, options.Clock, options.Trials), progress, cancellation);
        return new SearchSensitivities(
            (sensitivity with { Weights = proxy.Weights }).Conservative(widths.Weights, widths.Activations),
            conversions.Conservative(widths.Conversions), proxy);
    }
}
