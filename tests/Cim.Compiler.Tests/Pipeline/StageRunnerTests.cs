using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Pipeline;

public sealed class StageRunnerTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    private static Graph Network => RandomNetworks.Import(RandomNetworks.Chain(1));

    private static CompileState Run(CompileContext context, params ImmutableArray<ICompileStage> stages) =>
        new StageRunner(context).Run(new CompileState(), stages);

    [Fact]
    public void Stages_run_in_order_each_on_the_state_of_the_one_before_and_are_timed()
    {
        CompileState state = Run(
            _compilation.Context(), new Stage("One", s => s with { Labels = ["a"] }),
            new Stage("Two", s => s with { Labels = [.. s.Labels, "b"] }) { Line = "doing two" });
        Assert.Equal("a b", string.Join(" ", state.Labels));
        Assert.Equal(["One", "Two"], state.Times.Select(t => t.Name));
        Assert.All(state.Times, t => Assert.True(t.Seconds >= 0));
        Assert.EndsWith("doing two", Assert.Single(_compilation.Lines.All), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_that_has_nothing_to_do_is_neither_announced_nor_run()
    {
        var stage = new Stage("Idle", s => throw new InvalidOperationException()) { Applies = false, Line = "idling" };
        Assert.Empty(Run(_compilation.Context(), stage).Times);
        Assert.Empty(_compilation.Lines.All);
    }

    [Fact]
    public void Cancellation_between_stages_starts_no_further_one()
    {
        using var source = new CancellationTokenSource();
        bool ran = false;
        ImmutableArray<ICompileStage> stages =
        [
            new Stage("First", s =>
            {
                source.Cancel();
                return s;
            }),
            new Stage("Second", s =>
            {
                ran = true;
                return s;
            }),
        ];
        CompileContext context = _compilation.Context(null, source.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => new StageRunner(context).Run(new CompileState(), stages));
        Assert.False(ran);
    }

    [Fact]
    public void A_broken_graph_is_an_error_that_names_the_stage_that_made_it()
    {
        Graph broken = Network with { Outputs = ["nowhere"] };
        CimException e = Assert.Throws<CimException>(
            () => Run(_compilation.Context(), new Stage("Breaker", s => s with { Imported = broken })));
        Assert.Equal(ErrorCodes.InvalidGraph, e.Code);
        Assert.Contains("Breaker", e.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dump_is_one_file_a_stage_with_precisions_and_graph()
    {
        string directory = _compilation.At("dump");
        CompileOptions options = _compilation.Options with
        {
            Import = _compilation.Options.Import with { DumpDirectory = directory },
        };
        CompileState state = _compilation.After("Map", options);
        string[] files =
            [.. Directory.GetFiles(directory, "stage-*").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(state.Times.Select((t, i) => FormattableString.Invariant($"stage-{i + 1:00}-{t.Name}")), files);
        Assert.DoesNotContain("QuantizeLinear", Text("Import"), StringComparison.Ordinal);
        Assert.Contains("QuantizeLinear", Text("Round"), StringComparison.Ordinal);
        Assert.Contains("WeightBits = 8", Text("Lock"), StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(directory, "00-*"));

        string Text(string stage) => File.ReadAllText(Directory.GetFiles(directory, $"stage-*-{stage}.txt").Single());
    }

    [Fact]
    public void A_dump_replaces_that_of_an_earlier_run_and_leaves_other_files_alone()
    {
        string directory = Directory.CreateDirectory(_compilation.At("dump")).FullName;
        string[] old = ["stage-05-Search.txt", "07-FoldPad.txt"],
            others = ["stage-05-notes.txt", "stage-06-Mine.txt", "stage-1-Search.txt", "my-stage-01-Import.txt"];
        foreach (string name in old.Concat(others))
            File.WriteAllText(Path.Combine(directory, name), name == "stage-06-Mine.txt" ? "no dump" : "graph of an earlier run\n");
        _compilation.After("Lock", _compilation.Options with { Import = new() { DumpDirectory = directory, Optimise = false } });
        string[] files = [.. Directory.GetFiles(directory).Select(f => Path.GetFileName(f))];
        Assert.Empty(files.Intersect(old));
        Assert.Equal(others, others.Intersect(files));
        Assert.Contains("stage-01-Import.txt", files);
    }

    [Fact]
    public void Steps_within_a_stage_are_announced_like_the_stage_unless_the_compilation_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        CompileContext context = _compilation.Context(null, source.Token);
        Run(context, new Stage("Outer", s =>
        {
            context.SubStep("inner step");
            context.Report("a detail");
            return s;
        }) { Line = "outer stage" });
        Assert.Matches(@"^\[ *\d+\.\d s\] outer stage$", _compilation.Lines.All[0]);
        Assert.Matches(@"^\[ *\d+\.\d s\] inner step$", _compilation.Lines.All[1]);
        Assert.Equal("a detail", _compilation.Lines.All[2]);
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => context.SubStep("too late"));
        Assert.Equal(3, _compilation.Lines.All.Count);
    }

    [Theory]
    [InlineData(nameof(LockedPart.Precisions))]
    [InlineData(nameof(LockedPart.Network))]
    public void A_stage_whose_result_is_locked_is_not_run(string name)
    {
        LockedPart part = Enum.Parse<LockedPart>(name);
        CompileOptions options = _compilation.Options with { LockPath = _compilation.At("lock.json") };
        CompilePipeline.Compile(options);
        CompileState locked = _compilation.After("Lock", options);
        Assert.True(locked.IsLocked(part));
        Assert.False(locked.IsLocked(LockedPart.Nothing));
        ImmutableArray<ICompileStage> stages = [new Stage("Chooser", s => throw new InvalidOperationException()) { LockedBy = part }];
        Assert.Same(locked, new StageRunner(_compilation.Context(options)).Run(locked, stages));
    }

    private sealed class Stage(string name, Func<CompileState, CompileState> run) : ICompileStage
    {
        public string Name => name;

        public bool Applies { get; init; } = true;

        public string? Line { get; init; }

        public LockedPart LockedBy { get; init; }

        public bool AppliesTo(CompileState state, CompileContext context) => Applies;

        public string? Announcement(CompileState state, CompileContext context) => Line;

        public CompileState Run(CompileState state, CompileContext context) => run(state);
    }
}
