using System.Collections.Immutable;
using System.Diagnostics;
using Cim.Compiler.Mapping;
using Cim.Compiler.Messages;
using Cim.Compiler.Sweep;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Training.Loop;
using Cim.Training.Plugins;

namespace Cim.Compiler.Pipeline;

/// <summary>What every stage of a compilation has at hand: the hardware, the files, the options, and where progress and warnings
/// go.</summary>
internal sealed class CompileContext : IDisposable
{
    private readonly List<CompileWarning> _warnings = [], _locked = [];
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly Action<CompileWarning>? _warned;
    private readonly Heartbeat? _heartbeat;
    private readonly Lazy<TrainingEngine> _engine;

    /// <summary>Checks the options and loads the hardware.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="progress">One line per step.</param>
    /// <param name="warned">Called for each warning when it arises.</param>
    /// <param name="cancellation">Checked throughout.</param>
    /// <exception cref="CimException">Options that cannot be, or not together; no such hardware.</exception>
    public CompileContext(
        CompileOptions options, IProgress<string>? progress, Action<CompileWarning>? warned, CancellationToken cancellation)
    {
        options.Check();
        options = PlanChoice.For(options);
        (Options, _warned, Cancellation) = (options, warned, cancellation);
        Time = new TimeBudget(options, () => Seconds);
        _heartbeat = progress is null ? null : new Heartbeat(progress, TimeProvider.System, Time.Describe);
        _engine = new Lazy<TrainingEngine>(() => TrainingEngines.Create(
            options.Engine ?? TrainingEngine.OnnxRuntime, options.Device ?? TrainingEngine.Host, options.EnginePackages));
        // What is missing is said before the work, not after it.
        if (options.Training is not null && (options.Engine is not null || options.Device is not null)) _ = _engine.Value;
        Sources = new CompileSources(options);
        Hardware = ProfileSetting.Apply(HardwareProfiles.Load(options.Hardware), options.HardwareSettings);
        if (InheritedFiguresWarning.Of(Hardware) is { } inherited) Warn(ErrorCodes.FigureOfBase, inherited);
    }

    public CompileOptions Options { get; }

    /// <summary>What runs the arithmetic of trainings; loaded when the first is.</summary>
    /// <exception cref="CimException">It is not there, or cannot be loaded.</exception>
    public TrainingEngine TrainingEngine => _engine.Value;

    public HardwareProfile Hardware { get; }

    /// <summary>The files the compilation reads.</summary>
    public CompileSources Sources { get; }

    /// <summary>One line per step, for algorithms that know nothing of stages; a stage itself calls <see cref="SubStep"/> and
    /// <see cref="Report"/>.</summary>
    public IProgress<string>? Progress => _heartbeat;

    /// <summary>Counts the parts of the stage that runs.</summary>
    public IStepProgress Steps => _heartbeat ?? (IStepProgress)NoStepProgress.Instance;

    public CancellationToken Cancellation { get; }

    /// <summary>True if precisions are only chosen and locked: a compilation follows, which warns of what concerns its result.</summary>
    public bool OnlyLocks { get; init; }

    public ImmutableArray<CompileWarning> Warnings => [.. _warnings];

    /// <summary>Those of stages whose result a lock file stands for, raised now or when the lock was made.</summary>
    public ImmutableArray<CompileWarning> LockedWarnings => [.. _locked];

    /// <summary>True while a stage runs whose result a lock file may stand for; the runner's.</summary>
    public bool IsLockable { get; set; }

    /// <summary>What the compilation may take, and what is left of it.</summary>
    public TimeBudget Time { get; }

    public double Seconds => _time.Elapsed.TotalSeconds;

    /// <summary>Announces a stage with the time; the runner's.</summary>
    public void Announce(string stage) => _heartbeat?.Announce(stage);

    /// <summary>Announces a step within the stage that runs, as the stage itself is announced, unless the compilation was
    /// cancelled.</summary>
    public void SubStep(string what)
    {
        Cancellation.ThrowIfCancellationRequested();
        Announce(what);
    }

    /// <summary>Begins to repeat what is being done each second that passes without a line.</summary>
    public void Watch() => _heartbeat?.Start();

    /// <summary>Ends all progress.</summary>
    public void Dispose() => _heartbeat?.Dispose();

    /// <summary>Reports a detail of the stage that runs.</summary>
    public void Report(string detail) => Progress?.Report(detail);

    /// <summary>Warns once of one thing.</summary>
    public void Warn(string code, MessageText text)
    {
        var warning = new CompileWarning(code, text, Options.ModelPath);
        if (_warnings.Contains(warning)) return;
        _warnings.Add(warning);
        if (IsLockable) _locked.Add(warning);
        _warned?.Invoke(warning);
    }
}
