using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Operators;
using Cim.Runtime.Program;

namespace Cim.Runtime.Execution;

/// <summary>
/// Runs a program on batches. Thread-safe; after the first runs of a batch size nothing is allocated. Results do not
/// depend on the number of threads or on how a batch is cut into pieces.
/// </summary>
internal sealed class Executor
{
    /// <summary>Samples a piece of work has in networks of matrices only: amortises the weights over several samples.</summary>
    private const int MatrixPiece = 16;

    private readonly ModelProgram _program;
    private readonly PlanPool _plans;
    private readonly PreparedModels _prepared;
    private readonly Stack<RunJob> _idleJobs = new(8);
    private readonly BatchMode _mode;
    private readonly int _largestPiece;

    /// <exception cref="CimException">CIM4001: the program is inconsistent.</exception>
    public Executor(ModelProgram program, HardwareProfile profile, ProgrammedChips? chips = null)
    {
        _program = program;
        _plans = new PlanPool(program);
        _prepared = new PreparedModels(program, profile, chips);
        _mode = BatchRule.Decide(program);
        bool matricesOnly = program.Layers.All(l => l.PositionsPerImage < 8) && !program.Steps.Any(s => s.Op is "Conv" or "MaxPool" or "AveragePool");
        _largestPiece = _mode == BatchMode.PerImage && matricesOnly ? MatrixPiece : 1;
        ExecutionPlan one = _plans.Plan(1);
        InputLengths = [.. program.Inputs.Select(i => Length(one, i))];
        OutputLengths = [.. program.Outputs.Select(i => Length(one, i))];
    }

    public BatchMode Mode => _mode;

    /// <summary>Elements of each input and output for one sample.</summary>
    public int[] InputLengths { get; }

    public int[] OutputLengths { get; }

    /// <summary>Makes the layers ready, so that the first run does not have to.</summary>
    public void Prepare(Fidelity fidelity, ulong seed) => _prepared.Get(fidelity, seed);

    /// <summary>A job whose buffers the caller fills in before <see cref="Run"/>.</summary>
    public RunJob RentJob()
    {
        lock (_idleJobs)
            if (_idleJobs.TryPop(out RunJob? job)) return job;
        return new RunJob(this, _program.Inputs.Length, _program.Outputs.Length);
    }

    /// <summary>Runs a batch whose buffers are in the job, and takes the job back.</summary>
    public void Run(RunJob job, int units, RunOptions options, CancellationToken cancellation)
    {
        try
        {
            PreparedLayer[] layers = _prepared.Get(options.Fidelity, options.Seed);
            int threads = options.MaxThreads > 0 ? options.MaxThreads : Environment.ProcessorCount;
            int piece = _mode switch
            {
                BatchMode.Whole => units,
                BatchMode.FixedShape => 1,
                _ => Math.Clamp(((units - 1) / threads) + 1, 1, _largestPiece),
            };
            job.Run(layers, units, piece, threads, options.FirstSample, cancellation);
        }
        finally
        {
            lock (_idleJobs) _idleJobs.Push(job);
        }
    }

    /// <summary>Works on pieces of a job until there are none left; called by every thread that takes part.</summary>
    public void Work(RunJob job)
    {
        PlanContext? context = null;
        int rented = 0;
        try
        {
            while (job.TryTake(out int first, out int units))
            {
                int bound = _mode == BatchMode.FixedShape ? 1 : units;
                if (context is null || rented != bound)
                {
                    if (context is not null) _plans.Return(rented, context);
                    context = null;
                    context = _plans.Rent(bound);
                    rented = bound;
                    context.Prepare(job.Layers);
                }

                CopyIn(job, context, first, units);
                context.Run(job.Layers, job.FirstUnit + first);
                CopyOut(job, context, first, units);
            }
        }
        finally
        {
            if (context is not null) _plans.Return(rented, context);
        }
    }

    private unsafe void CopyIn(RunJob job, PlanContext context, int first, int units)
    {
        for (int i = 0; i < InputLengths.Length; i++)
        {
            int value = _program.Inputs[i], length = InputLengths[i];
            var source = new ReadOnlySpan<float>((float*)job.Inputs[i] + ((long)first * length), length * units);
            HostCopy.ToModel(source, context.Value(value).Span, _program.Values[value].Type);
        }
    }

    private unsafe void CopyOut(RunJob job, PlanContext context, int first, int units)
    {
        for (int i = 0; i < OutputLengths.Length; i++)
        {
            int value = _program.Outputs[i], length = OutputLengths[i];
            var target = new Span<float>((float*)job.Outputs[i] + ((long)first * length), length * units);
            TensorInfo info = context.Plan.Values[value].Info!;
            ReadOnlySpan<byte> source = info.Constant is { } constant ? constant.Data.Span : context.Value(value).Span;
            HostCopy.ToHost(source, target, info.Type);
        }
    }

    private static int Length(ExecutionPlan plan, int value) => checked((int)plan.Values[value].Info!.Shape.Elements);
}
