using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Hardware;
using Cim.Runtime.Model;
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
    private readonly PortCopy _copy;
    private readonly BatchMode _mode;
    private readonly int _largestPiece;
    private int _running;

    /// <exception cref="CimException">CIM4001: the program is inconsistent.</exception>
    public Executor(CompiledModel compiled, ProgrammedChips? chips = null)
    {
        ModelProgram program = _program = compiled.Program;
        _copy = new PortCopy(this, program, compiled.Info);
        _plans = new PlanPool(program);
        _prepared = new PreparedModels(program, compiled.Hardware, chips);
        ExecutionPlan one = _plans.Plan(1); // binds every operator, so what follows may rely on types and shapes
        _mode = BatchRule.Decide(program);
        bool matricesOnly = program.Layers.All(l => l.PositionsPerImage < 8)
            && !program.Steps.Any(s => s.Op is "Conv" or "MaxPool" or "AveragePool");
        _largestPiece = _mode == BatchMode.PerImage && matricesOnly ? MatrixPiece : 1;
        InputLengths = [.. program.Inputs.Select(i => Length(one, i))];
        OutputLengths = [.. program.Outputs.Select(i => Length(one, i))];
    }

    public BatchMode Mode => _mode;

    /// <summary>No other run is in progress: a run may use processors for parts of its layers that others would use for theirs.</summary>
    public bool RunsAlone => Volatile.Read(ref _running) == 1;

    /// <summary>Elements of each input and output for one sample.</summary>
    public int[] InputLengths { get; }

    public int[] OutputLengths { get; }

    /// <summary>Elements of an input for a number of samples. One that does not carry the batch has the same number always.</summary>
    public long InputLength(int index, int units) => Length(_program.Inputs[index], InputLengths[index], units);

    /// <summary>As <see cref="InputLength"/>.</summary>
    public long OutputLength(int index, int units) => Length(_program.Outputs[index], OutputLengths[index], units);

    /// <summary>Makes the layers ready, so that the first run does not have to.</summary>
    public void Prepare(Fidelity fidelity, ulong seed) => _prepared.Get(fidelity, seed);

    /// <summary>A job for one run: the caller fills in its buffers, runs it, and disposes the lease.</summary>
    public RunLease Rent()
    {
        lock (_idleJobs)
            if (_idleJobs.TryPop(out RunJob? job)) return new RunLease(_idleJobs, job);
        return new RunLease(_idleJobs, new RunJob(this, _program.Inputs.Length, _program.Outputs.Length));
    }

    /// <summary>Runs a batch whose buffers are in the job.</summary>
    public void Run(RunJob job, int units, RunOptions options, CancellationToken cancellation)
    {
        RefuseOverlaps(job, units);
        _copy.Prepare(job);
        PreparedLayer[] layers = _prepared.Get(options.Fidelity, options.Seed);
        int threads = options.MaxThreads > 0 ? options.MaxThreads : Environment.ProcessorCount;
        int piece = _mode switch
        {
            BatchMode.Whole => units,
            BatchMode.FixedShape => 1,
            _ => Math.Clamp(((units - 1) / threads) + 1, 1, _largestPiece),
        };
        Interlocked.Increment(ref _running);
        try
        {
            job.Run(layers, units, piece, threads, options.FirstSample, cancellation);
        }
        catch (CimException e) when (e.Code == ErrorCodes.NonFiniteInput)
        {
            // Several threads may have found one each: the same call always names the same value.
            throw _copy.NonFinite(job, units) ?? e;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    // A piece is written while another one is still to be read, so memory may be shared only where a sample's result takes exactly its
    // place.
    private void RefuseOverlaps(RunJob job, int units)
    {
        for (int o = 0; o < OutputLengths.Length; o++)
        {
            long bytes = OutputBytes(o);
            for (int i = 0; i < InputLengths.Length; i++)
            {
                long input = InputLength(i, units) * job.InputTypes[i].SizeOf(_program.Values[_program.Inputs[i]].Type);
                bool inPlace = job.Inputs[i] == job.Outputs[o] && input == bytes;
                if ((units > 1 || _mode == BatchMode.Whole) && !inPlace && Overlap(job.Inputs[i], input, job.Outputs[o], bytes))
                    throw Shared(o, $"input '{_program.Values[_program.Inputs[i]].Name}'");
            }

            for (int other = 0; other < o; other++)
                if (Overlap(job.Outputs[other], OutputBytes(other), job.Outputs[o], bytes))
                    throw Shared(o, $"output '{_program.Values[_program.Outputs[other]].Name}'");
        }

        long OutputBytes(int i) => OutputLength(i, units) * job.OutputTypes[i].SizeOf(_program.Values[_program.Outputs[i]].Type);
    }

    private static bool Overlap(nint first, long firstBytes, nint second, long secondBytes) =>
        firstBytes > 0 && secondBytes > 0 && first < second + secondBytes && second < first + firstBytes;

    private CimException Shared(int output, string with) => new(ErrorCodes.BufferMismatch,
        $"Output '{_program.Values[_program.Outputs[output]].Name}' shares memory with {with}; give it memory of its own.");

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
                    if (context is not null) _plans.Return(context);
                    context = null;
                    context = Rent(bound);
                    rented = bound;
                    Prepare(context, job);
                }

                RunPiece(job, context, first, units);
                _copy.Out(job, context, first, units);
            }
        }
        finally
        {
            if (context is not null) _plans.Return(context);
        }
    }

    private PlanContext Rent(int units)
    {
        try
        {
            return _plans.Rent(units);
        }
        catch (OverflowException e)
        {
            throw ExecutionPlan.TooLarge(units, "they need more than 2 GiB of memory", e);
        }
    }

    private static void Prepare(PlanContext context, RunJob job)
    {
        try
        {
            context.Prepare(job.Layers, job.ThreadsPerPiece);
        }
        catch (OverflowException e)
        {
            throw ExecutionPlan.TooLarge(context.Plan.Units, "a layer needs more than 2 GiB of memory", e);
        }
    }

    private void RunPiece(RunJob job, PlanContext context, int first, int units)
    {
        _copy.In(job, context, first, units);
        try
        {
            context.Run(job.Layers, job.FirstUnit + first, this);
        }
        catch (CimException e) when (e.Code == ErrorCodes.InvalidGraph)
        {
            // What an operator refuses while it runs (an index beyond its axis) depends on the caller's values alone.
            string samples = units == 1 ? $"Sample {first}" : $"A sample of {first} to {first + units - 1}";
            if (units > 1 && _mode == BatchMode.PerImage) FindSample(job, first, units);
            throw new CimException(
                ErrorCodes.InvalidInputValue, $"{samples} cannot be run: {e.Message} Check the values of the inputs.", e);
        }
    }

    /// <summary>Runs the samples of a piece that failed one by one, so that the error names the one at fault.</summary>
    private void FindSample(RunJob job, int first, int units)
    {
        PlanContext one = Rent(1);
        try
        {
            Prepare(one, job);
            for (int i = 0; i < units; i++) RunPiece(job, one, first + i, 1);
        }
        finally
        {
            _plans.Return(one);
        }
    }

    private long Length(int value, int one, int units) =>
        _mode == BatchMode.FixedShape ? (long)one * units : _program.Values[value].Shape.ElementsFor(units);

    private static int Length(ExecutionPlan plan, int value) => checked((int)plan.Values[value].Info!.Shape.Elements);
}
