using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Sensitivity;
using Cim.Runtime;

namespace Cim.Compiler.Search;

/// <summary>
/// Evaluates policies without training: the fake-quantized network on validation samples against the float network, plus the additive
/// estimate for conversions; what is compared with a budget has a margin (<see cref="Distance.BudgetPoints"/>). Errors of little
/// correlation add up in the divergence, and the expected loss is in proportion to it:
/// a four-bit policy of this network shows how many points it is worth.
/// </summary>
internal sealed class PolicyEvaluator
{
    private readonly PolicyNetwork _network;
    private readonly AdcSensitivity _adc;
    private readonly SearchLayers _layers;
    private readonly TrialFile? _trials;
    private readonly double _maxLoss;
    private Distance? _typical;
    private double? _allowed;

    /// <param name="space">The policies there are.</param>
    /// <param name="network">The network whose widths can be set.</param>
    /// <param name="adc">What narrow conversions do.</param>
    /// <param name="layers">The layers of the space.</param>
    /// <param name="options">The budget, and the memory of measurements.</param>
    public PolicyEvaluator(
        PolicySpace space, PolicyNetwork network, AdcSensitivity adc, SearchLayers layers, PolicySearchOptions options) =>
        (Space, _network, _adc, _layers, _trials, _maxLoss) = (space, network, adc, layers, options.Trials, options.MaxLoss);

    /// <summary>The policies there are.</summary>
    public PolicySpace Space { get; }

    /// <summary>Distance of a policy from the float network on all validation samples.</summary>
    public Distance Measure(ReadOnlySpan<int> policy, CancellationToken cancellation) =>
        Measure(policy, double.PositiveInfinity, cancellation);

    /// <summary>Percentage points of the budget a policy takes; measuring ends early where it is hopeless.</summary>
    /// <param name="policy">One choice a layer.</param>
    /// <param name="relaxation">
    /// Loss before training that is worth one point of loss after it: what weights and activations lose counts divided by this, what
    /// conversions lose counts in full. 1 = the network will not be trained.
    /// </param>
    /// <param name="cancellation">Checked between runs.</param>
    public PolicyLoss Loss(ReadOnlySpan<int> policy, double relaxation, CancellationToken cancellation)
    {
        if (relaxation == 1)
        {
            Distance whole = Measure(policy, Allowed(cancellation), cancellation);
            return new PolicyLoss(whole.BudgetPoints, whole.LeastPoints);
        }

        Distance widths = MeasureWithoutConverters(policy, _maxLoss * relaxation, cancellation);
        return new PolicyLoss(
            (widths.BudgetPoints / relaxation) + ConversionPoints(policy, cancellation), widths.LeastPoints / relaxation);
    }

    /// <summary>Ends the search here if policies are measured by other processes, and some of these were not yet.</summary>
    /// <param name="policies">Those that <see cref="Loss"/> will be asked about.</param>
    /// <param name="relaxation">See there.</param>
    /// <param name="cancellation">Checked between runs.</param>
    /// <exception cref="SearchRoundException">What is to be measured.</exception>
    public void Announce(IReadOnlyList<int[]> policies, double relaxation, CancellationToken cancellation)
    {
        if (_trials is not { LeavesCandidates: true } trials) return;
        double hopeless = relaxation == 1 ? Allowed(cancellation) : _maxLoss * relaxation;
        trials.Await(policies.Select(p => new CandidateTask(Trial(p, hopeless).ToString())));
    }

    /// <summary>
    /// What a policy may take of the budget to be accepted: the budget, or what the widest policy takes where that is more only because
    /// the samples are too few to show that it is less.
    /// </summary>
    public double Allowed(CancellationToken cancellation)
    {
        if (_allowed is { } known) return known;
        Distance widest = Measure(PolicyMoves.Widest(Space), cancellation);
        double allowed = widest.LossPoints <= _maxLoss ? Math.Max(_maxLoss, widest.BudgetPoints) : _maxLoss;
        _allowed = allowed;
        return allowed;
    }

    /// <summary>What weights and activations alone lose, and what they may.</summary>
    public MeasuredLoss Widths(ReadOnlySpan<int> policy, CancellationToken cancellation)
    {
        double allowed = Allowed(cancellation);
        Distance distance = MeasureWithoutConverters(policy, allowed, cancellation);
        return new MeasuredLoss(distance.LossPoints, distance.BudgetPoints, allowed);
    }

    /// <summary>Percentage points of a budget that weights and activations alone take without training.</summary>
    public double WidthsLoss(ReadOnlySpan<int> policy, CancellationToken cancellation) =>
        MeasureWithoutConverters(policy, double.PositiveInfinity, cancellation).BudgetPoints;

    /// <summary>Percentage points of the budget conversions add.</summary>
    /// <param name="policy">One choice a layer.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public double ConversionPoints(ReadOnlySpan<int> policy, CancellationToken cancellation) =>
        Conversions(policy, cancellation).BudgetPoints;

    private Distance Conversions(ReadOnlySpan<int> policy, CancellationToken cancellation)
    {
        double conversions = 0;
        for (int s = 0; s < policy.Length; s++)
            if (_layers.LayerOfShape[s] >= 0)
                conversions += _adc.Layers[_layers.LayerOfShape[s]].GetValueOrDefault(Space.Costs.Choices[policy[s]].AdcBits);
        if (conversions == 0 || Typical(cancellation) is not { LossPoints: > 0 } typical) return default;
        double times = conversions / typical.Divergence;
        return new Distance(conversions, typical.LossPoints * times, typical.BudgetPoints * times, 0);
    }

    private Distance Measure(ReadOnlySpan<int> policy, double hopeless, CancellationToken cancellation)
    {
        Distance measured = MeasureWithoutConverters(policy, hopeless, cancellation);
        Distance conversions = Conversions(policy, cancellation);
        // The estimate of conversions goes on where there is nothing left to lose.
        return measured with
        {
            LossPoints = Math.Min(_network.Comparison.MostPoints, measured.LossPoints + conversions.LossPoints),
            BudgetPoints = measured.BudgetPoints + conversions.BudgetPoints,
        };
    }

    private Distance MeasureWithoutConverters(ReadOnlySpan<int> policy, double hopeless, CancellationToken cancellation)
    {
        WidthsTrial trial = Trial(policy, hopeless);
        // A measurement that may not end early, or ends elsewhere, is another one.
        return _trials is null || !double.IsFinite(hopeless) ? Run() : _trials.Measure(trial.ToString(), Run);

        Distance Run() => trial.Measure(_network, hopeless, cancellation);
    }

    private WidthsTrial Trial(ReadOnlySpan<int> policy, double hopeless)
    {
        int[] weights = new int[_network.Layers.Length], activations = new int[_network.Groups];
        for (int s = 0; s < policy.Length; s++)
        {
            if (_layers.LayerOfShape[s] < 0) continue;
            weights[_layers.LayerOfShape[s]] = Space.Costs.Choices[policy[s]].WeightBits;
            activations[_layers.GroupOfShape[s]] = Space.Costs.Choices[policy[s]].ActivationBits;
        }

        return new WidthsTrial([.. weights], [.. activations], hopeless == _maxLoss ? null : hopeless);
    }

    /// <summary>A policy of few bits, which shows what a divergence is worth.</summary>
    private Distance Typical(CancellationToken cancellation)
    {
        if (_typical is { } known) return known;
        Distance distance = default;
        foreach (int bits in new[] { 4, 3, 2 }) // Wide enough to be typical, narrow enough to change classes at all.
        {
            distance = MeasureWithoutConverters(
                PolicyMoves.Nearest(Space, new LayerBits(bits, bits, 0)), double.PositiveInfinity, cancellation);
            if (distance.LossPoints > 0) break;
        }

        _typical = distance;
        return distance;
    }
}
