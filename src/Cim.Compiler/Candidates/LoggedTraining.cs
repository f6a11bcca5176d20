using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ir;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Search.Persistence;
using Cim.Runtime;

namespace Cim.Compiler.Candidates;

/// <summary>
/// Trains candidates of a search, for a short time or in full. Their scores go into the trial log where there is one, so that a search
/// that is continued trains nothing twice.
/// </summary>
internal sealed class LoggedTraining
{
    private readonly CompileContext _context;
    private readonly CompileState _state;
    private readonly ICandidateQuantizer _quantizer;
    private readonly ICandidateTrainer _trainer;
    private readonly ShortTraining _short;
    private readonly string _tag;

    /// <param name="context">The compilation.</param>
    /// <param name="state">The compilation.</param>
    /// <param name="quantizer">Quantizes candidates, which training starts from.</param>
    /// <param name="trainer">Trains candidates in full.</param>
    /// <param name="samples">The training samples, with a hold-out set.</param>
    public LoggedTraining(
        CompileContext context, CompileState state, ICandidateQuantizer quantizer, ICandidateTrainer trainer, TrainingData samples)
    {
        (_context, _state, _quantizer, _trainer) = (context, state, quantizer, trainer);
        CompileOptions asked = context.Options;
        _short = new ShortTraining(
            state.Graph, samples, asked.SearchTrainingSamples, asked.LearningRate ?? QuantizationAwareOptions.DefaultLearningRate,
            context.TrainingEngine, context.Cancellation);
        _tag = string.Create(CultureInfo.InvariantCulture, $"{ResultKey.Text(asked, OptionKeys.Candidates)} rows={context.Hardware.Rows}");
    }

    /// <summary>Remembers scores; null = nothing is remembered.</summary>
    public TrialFile? Log { get; init; }

    /// <summary>The score of the float network on the hold-out set; 1 without labels.</summary>
    public double FloatScore => _short.FloatScore;

    /// <summary>Samples of the hold-out set.</summary>
    public int HoldOutCount => _short.HoldOutCount;

    /// <summary>Samples behind a score half-way.</summary>
    public int EarlyCount => _short.EarlyCount;

    /// <summary>The record of a candidate whose short training is left to other processes.</summary>
    /// <param name="policy">The candidate.</param>
    /// <param name="choices">The same: one choice a layer.</param>
    public CandidateTask Task(QuantizationPolicy policy, IReadOnlyList<int> choices) => new(Name(policy, "short"), choices);

    /// <summary>The score after a short training, and whether it was stopped half-way; null if the time was over.</summary>
    /// <param name="policy">The candidate.</param>
    /// <param name="isHopeless">Looks at a score half-way; true stops the training.</param>
    /// <param name="clock">Ends the training without a result.</param>
    public (double Score, bool Stopped)? TrainShortly(QuantizationPolicy policy, Func<double, bool> isHopeless, SearchClock clock)
    {
        return Log is { } log ? log.Train(Name(policy, "short"), Train) : Train();

        (double Score, bool Stopped)? Train()
        {
            Graph rounded = _quantizer.QuantizePlainly(_state, policy, _context, null);
            try
            {
                ShortScore? score = _short.RunAsync(
                    new TrainingStart(_state.Graph, rounded, policy), isHopeless, () => clock.IsOver, _context.Cancellation)
                    .GetAwaiter().GetResult();
                return score is { } known ? (known.Score, known.Stopped) : null;
            }
            catch (CimException e) when (e.Code == ErrorCodes.TrainingDiverged)
            {
                return (0, true);
            }
        }
    }

    /// <summary>Trains a candidate in full; its score is logged.</summary>
    public TrainedNetwork TrainFully(QuantizationPolicy policy)
    {
        Graph rounded = _quantizer.Quantize(_state, policy, _context).Quantized;
        TrainedNetwork trained = _trainer.Train(_state, rounded, policy, _context);
        Log?.Train(FullName(policy), () => (trained.Score!.Value, false));
        return trained;
    }

    /// <summary>The score of a candidate that was trained in full before; null if none is logged.</summary>
    public double? FullScore(QuantizationPolicy policy) => Log?.Trained(FullName(policy))?.Score;

    private string Name(QuantizationPolicy policy, string training)
    {
        IEnumerable<string> bits = policy.Layers.Select(
            l => string.Create(CultureInfo.InvariantCulture, $"{l.WeightBits}/{l.ActivationBits}"));
        return $"{string.Join(' ', bits)} {training} {_tag}";
    }

    private string FullName(QuantizationPolicy policy) =>
        Name(policy, string.Create(CultureInfo.InvariantCulture, $"epochs={_context.Options.Epochs} seed={_context.Options.Seed}"));
}
