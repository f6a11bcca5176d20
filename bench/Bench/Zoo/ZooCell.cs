using System.Collections.Immutable;
using System.Diagnostics;
using Cim.Compiler;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Search.Verification;
using Cim.Compiler.Stages;
using Cim.Runtime;
using static System.FormattableString;

namespace Cim.Bench.Zoo;

/// <summary>
/// A network on a profile: the stages of a compilation run once up to its search, then every searcher goes on from there, and the stages
/// that follow compile what it found, as <c>cim compile</c> would.
/// </summary>
internal sealed class ZooCell : IDisposable
{
    private readonly ZooNetwork _network;
    private readonly string _profile;
    private readonly ZooOptions _options;
    private readonly ZooFiles _files;
    private readonly CompileState _state;
    private readonly PolicySearch _search;
    private readonly ZooUnseen _unseen;
    private readonly ZooTimer _preparation;
    private readonly Dictionary<string, Compiled> _compiled = new(StringComparer.Ordinal);
    private bool _isCold;

    /// <param name="network">The network.</param>
    /// <param name="profile">The hardware profile.</param>
    /// <param name="options">How it is searched.</param>
    /// <param name="files">Its samples.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public ZooCell(ZooNetwork network, string profile, ZooOptions options, ZooFiles files, CancellationToken cancellation)
    {
        (_network, _profile, _options, _files, _isCold) = (network, profile, options, files, !File.Exists(files.Trials));
        var timer = ZooTimer.Start();
        CompileContext context = Context("rl", null, cancellation);
        _state = new StageRunner(context).Run(
            new CompileState(), [.. CompileStages.Compile().TakeWhile(stage => stage is not SearchStage)]);
        PolicySearchOptions asked = SearchSettings.Of(context.Options);
        SearchData data = context.Sources.ReadSearchData(_state.Graph, _state.Input, cancellation)!;
        var source = new SampledNetwork(context.Sources.Scored(_state.Graph, _state.Input), _state.Input, data)
        {
            Quantizer = new QuantizerOptions { Range = context.Options.Range },
        };
        _search = SearchPreparation.Prepare(source, context.Hardware, asked, null, cancellation);
        _preparation = timer.Stop();
        _unseen = new ZooUnseen(_state, network, files.Unseen, options.Unseen, cancellation);
    }

    /// <summary>Searches, compiles, and measures on the unseen samples; once without and once with the user's evaluation.</summary>
    /// <param name="searcher">The searcher.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="isChecked">Whether evaluation samples are given.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public ZooRow Run(string searcher, ulong seed, bool isChecked, CancellationToken cancellation)
    {
        var timer = ZooTimer.Start();
        SearchProblem problem = _search.Problem(_search.Losses, _options.Evaluations) with
        {
            MaxLoss = _search.Evaluator.Allowed(cancellation), Seed = seed,
        };
        SearchResult result = ZooSearchers.Of(searcher).Search(problem, _search, null, cancellation);
        SearchSummary summary = CandidateVerification.Run(
            _search, new SearchOutcome(_search, problem, result).Summarize(searcher, cancellation), null, cancellation);
        double eight = problem.Cost(PolicyMoves.Widest(_search.Space));
        (double cost, string policy, ZooLoss unseen, string[] codes) = Compile(summary, isChecked, cancellation);
        ZooTimer taken = timer.Stop();
        bool isCold = _isCold;
        _isCold = false;
        return new ZooRow
        {
            Network = _network.Name, Profile = _profile, Searcher = searcher, Seed = seed, IsChecked = isChecked,
            Ratio = eight / cost, UniformRatio = eight / BestUniform(problem, result, eight), EstimatedLoss = summary.ValidationLoss,
            Unseen = unseen, Evaluations = summary.Evaluations, Seconds = _preparation.Seconds + taken.Seconds,
            ProcessorSeconds = _preparation.Processor + taken.Processor, IsCold = isCold, Messages = codes,
            Policy = policy,
        };
    }

    public void Dispose() => _search.Dispose();

    private CompileContext Context(string searcher, string? evaluation, CancellationToken cancellation) => new(
        _options.Compilation(_network, _profile, searcher, _files) with { Evaluation = evaluation }, null, null, cancellation);

    /// <summary>The stages after a search; many searches find the same policy.</summary>
    private Compiled Compile(SearchSummary summary, bool isChecked, CancellationToken cancellation)
    {
        IEnumerable<QuantizationPolicy> tried = isChecked ? summary.Wider.Select(w => w.Policy) : [];
        string key = Invariant($"{isChecked} ") + string.Join(';', tried.Prepend(summary.Policy).Select(Text));
        if (_compiled.TryGetValue(key, out Compiled? known)) return known;
        CompileContext context = Context("rl", isChecked ? _files.Evaluation : null, cancellation);
        SearchWarnings.Warn(summary, SearchSettings.Of(context.Options), context);
        CompileState state = (_state with { Search = summary }).With(PrequantizedPrecision.Apply(_state.Graph, summary.Policy));
        // What is reported beside the result is not looked at here.
        state = new StageRunner(context).Run(state, [.. CompileStages.Compile().Where(
            stage => stage is ConfirmStage or RoundStage or MapStage or EmitStage or EvaluateStage)]);
        string[] missed = state.Measured is { } measured && measured.LossPoints > _options.Loss + 1e-9
            ? [ErrorCodes.AccuracyBudgetMissed] : [];
        return _compiled[key] = new Compiled(
            state.Mapped!.Cost.LatencyNs, Text(state.Precisions), _unseen.Loss(state, context.Hardware, cancellation),
            [.. context.Warnings.Select(w => w.Code).Concat(missed).Distinct().Order(StringComparer.Ordinal)]);
    }

    /// <summary>The cheapest of the measured policies that anybody could set by hand.</summary>
    private static double BestUniform(SearchProblem problem, SearchResult result, double eight)
    {
        PolicySpace space = problem.Space;
        int[] bits = [2, 3, 4, 5, 6, 7, 8];
        HashSet<string> uniform = [.. bits.SelectMany(w => bits.Select(a => PolicyMoves.Nearest(space, new LayerBits(w, a, 0))))
            .SelectMany(policy => new[] { policy, PolicyMoves.WithWideEnds(space, policy) }).Select(p => string.Join(',', p))];
        return result.Trials.Where(t => t.Loss <= problem.MaxLoss && uniform.Contains(string.Join(',', t.Policy)))
            .Select(t => t.Cost).DefaultIfEmpty(eight).Min();
    }

    /// <summary>What became of a policy.</summary>
    private sealed record Compiled(double Cost, string Policy, ZooLoss Unseen, string[] Codes);

    private static string Text(QuantizationPolicy policy) =>
        string.Join(' ', policy.Layers.Select(l => Invariant($"{l.WeightBits}/{l.ActivationBits}/{l.AdcBits}")));
}
