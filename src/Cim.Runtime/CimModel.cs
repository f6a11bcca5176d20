using Cim.Runtime.Diagnostics;
using Cim.Runtime.Execution;
using Cim.Runtime.Format;
using Cim.Runtime.Telemetry;
using Cim.Runtime.Model;

namespace Cim.Runtime;

/// <summary>
/// A compiled network on simulated crossbars. One instance may be used by many threads at once; after the first runs a run
/// allocates nothing. Samples lie one after the other in the caller's floats; integer inputs are rounded, integer outputs
/// converted. Inputs must be finite numbers (CIM4004). After <see cref="Dispose"/> a new run is an
/// <see cref="ObjectDisposedException"/>; runs that have begun end normally. A shared model (<see cref="LoadShared"/>) is never disposed.
/// </summary>
public sealed class CimModel : IDisposable
{
    // Null after Dispose. A run keeps what it uses alive until it ends.
    private volatile Executor? _executor;
    private volatile CompiledModel? _compiled;

    /// <param name="compiled">The network.</param>
    /// <param name="chips">Chips shared with models whose cells are programmed alike, or null.</param>
    internal CimModel(CompiledModel compiled, Crossbar.Programming.ProgrammedChips? chips = null)
    {
        (_compiled, Info) = (compiled, compiled.Info);
        try
        {
            _executor = new Executor(compiled, chips);
        }
        catch (Exception e) when (e is OverflowException || e is CimException { Code: not ErrorCodes.InvalidCompiledModel })
        {
            throw CimFile.Corrupt(e.Message, e);
        }
    }

    /// <summary>What was compiled: inputs, outputs, cost, accuracy, hashes.</summary>
    public ModelInfo Info { get; }

    private bool IsShared { get; init; }

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal CompiledModel Compiled
    {
        get
        {
            CompiledModel? compiled = _compiled;
            ObjectDisposedException.ThrowIf(compiled is null, this);
            return compiled;
        }
    }

    /// <summary>Loads a <c>.cim</c> file.</summary>
    /// <exception cref="CimException">CIM0001: the file cannot be read; CIM4001: it is no compiled model, or a damaged one.</exception>
    public static CimModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using FileStream stream = InputFile.Open(path, "model");
            return Load(stream);
        }
        catch (CimException e) when (e.File is null)
        {
            throw new CimException(e.Code, e.Message, e) { File = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.FileNotReadable, $"The file '{Path.GetFullPath(path)}' cannot be read: {e.Message}", e)
            {
                File = path,
            };
        }
    }

    /// <summary>Loads a compiled model from a stream, which may be closed afterwards.</summary>
    /// <exception cref="CimException">CIM4001: it is no compiled model, or a damaged one.</exception>
    public static CimModel Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Measured(() => new CimModel(ModelReader.Read(stream)));
    }

    /// <summary>
    /// Loads a compiled model that a whole program shares: <see cref="Dispose"/> leaves it as it is, so that nobody takes it from another.
    /// </summary>
    /// <exception cref="CimException">CIM4001: it is no compiled model, or a damaged one.</exception>
    public static CimModel LoadShared(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Measured(() => new CimModel(ModelReader.Read(stream)) { IsShared = true });
    }

    /// <summary>Loads a compiled model from memory, which must not change while the model is used.</summary>
    /// <exception cref="CimException">CIM4001: it is no compiled model, or a damaged one.</exception>
    public static CimModel Load(ReadOnlyMemory<byte> data) =>
        Measured(() => new CimModel(ModelReader.Read(data)));

    /// <summary>Programs the arrays (packs the weights) for a fidelity and seed now instead of in the first run that needs them.</summary>
    public void Prepare(RunOptions? options = null)
    {
        options = RunChecks.Valid(options);
        Open().Prepare(options.Fidelity, options.Seed);
    }

    /// <summary>Values of an input for a number of samples; one that does not carry the batch (a threshold, a table) has as many for any
    /// number.</summary>
    /// <param name="index">The input, as in <see cref="Info"/>.</param>
    /// <param name="count">How many samples.</param>
    public int InputLength(int index, int count) => checked((int)Open().InputLength(index, RunChecks.Positive(count)));

    /// <summary>As <see cref="InputLength"/> for an output.</summary>
    /// <param name="index">The output, as in <see cref="Info"/>.</param>
    /// <param name="count">How many samples.</param>
    public int OutputLength(int index, int count) => checked((int)Open().OutputLength(index, RunChecks.Positive(count)));

    /// <summary>Runs as many samples as the input holds, for a model with one input and one output.</summary>
    /// <param name="input">Samples of <c>Info.Inputs[0].SampleLength</c> values.</param>
    /// <param name="output">Receives samples of <c>Info.Outputs[0].SampleLength</c> values.</param>
    /// <param name="options">How to simulate; null: <see cref="RunOptions.Default"/>.</param>
    /// <param name="cancellation">Stops the run between samples.</param>
    /// <exception cref="CimException">CIM4002: a length does not fit; CIM4004, CIM4005: a value of the input cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the output is incomplete.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output, RunOptions? options = null, CancellationToken cancellation = default)
    {
        int length = Math.Max(1, Open().InputLengths is [int one, ..] ? one : 1);
        if (input.Length == 0 || input.Length % length != 0)
            throw RunChecks.Mismatch($"Input '{Info.Inputs[0].Name}' has {input.Length} values; a positive multiple of {length} is needed "
                + "(one sample after the other)");
        Run(input, output, input.Length / length, options, cancellation);
    }

    /// <summary>Runs samples for a model with one input and one output.</summary>
    /// <param name="input">The samples one after the other.</param>
    /// <param name="output">Receives the results one after the other.</param>
    /// <param name="count">How many samples.</param>
    /// <param name="options">How to simulate; null: <see cref="RunOptions.Default"/>.</param>
    /// <param name="cancellation">Stops the run between samples.</param>
    /// <exception cref="CimException">
    /// CIM4002: a length does not fit, or the model has several inputs or outputs; CIM4004, CIM4005: a value of the input cannot be used.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the output is incomplete.</exception>
    public unsafe void Run(
        ReadOnlySpan<float> input, Span<float> output, int count, RunOptions? options = null, CancellationToken cancellation = default)
    {
        Executor executor = Open();
        if (executor.InputLengths.Length != 1 || executor.OutputLengths.Length != 1)
            throw RunChecks.Mismatch($"The model has {executor.InputLengths.Length} inputs and {executor.OutputLengths.Length} outputs: "
                + "pass them as lists of memory");
        CheckInput(executor, 0, input.Length, RunChecks.Positive(count));
        CheckOutput(executor, 0, output.Length, count);
        fixed (float* source = input)
        fixed (float* target = output)
        {
            using RunLease lease = executor.Rent();
            lease.Job.Inputs[0] = (nint)source;
            lease.Job.Outputs[0] = (nint)target;
            Execute(executor, lease.Job, new RunCall(count, options, cancellation));
        }
    }

    /// <summary>Runs samples for a model with any number of inputs and outputs.</summary>
    /// <param name="inputs">For each input the samples one after the other.</param>
    /// <param name="outputs">For each output the memory that receives the results one after the other.</param>
    /// <param name="count">How many samples.</param>
    /// <param name="options">How to simulate; null: <see cref="RunOptions.Default"/>.</param>
    /// <param name="cancellation">Stops the run between samples.</param>
    /// <exception cref="CimException">CIM4002: a number or length does not fit; CIM4004, CIM4005: a value of an input cannot be
    /// used.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the outputs are incomplete.</exception>
    public void Run(ReadOnlySpan<ReadOnlyMemory<float>> inputs, ReadOnlySpan<Memory<float>> outputs, int count, RunOptions? options = null,
        CancellationToken cancellation = default)
    {
        Executor executor = Open();
        if (inputs.Length != executor.InputLengths.Length || outputs.Length != executor.OutputLengths.Length)
            throw RunChecks.Mismatch($"The model has {executor.InputLengths.Length} inputs and {executor.OutputLengths.Length} outputs; "
                + $"{inputs.Length} and {outputs.Length} are given");
        RunChecks.Positive(count);
        for (int i = 0; i < inputs.Length; i++) CheckInput(executor, i, inputs[i].Length, count);
        for (int i = 0; i < outputs.Length; i++) CheckOutput(executor, i, outputs[i].Length, count);
        using RunLease lease = executor.Rent();
        for (int i = 0; i < inputs.Length; i++) lease.Job.PinInput(i, inputs[i]);
        for (int i = 0; i < outputs.Length; i++) lease.Job.PinOutput(i, outputs[i]);
        Execute(executor, lease.Job, new RunCall(count, options, cancellation));
    }

    /// <summary>Frees the memory of the model, unless it is shared. Runs still going on in other threads end normally.</summary>
    public void Dispose()
    {
        if (IsShared) return;
        _executor = null;
        _compiled = null;
    }

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal Executor Open()
    {
        Executor? executor = _executor;
        ObjectDisposedException.ThrowIf(executor is null, this);
        return executor;
    }

    /// <summary>Runs a job whose buffers are set and checked.</summary>
    internal void Execute(Executor executor, RunJob job, RunCall call)
    {
        RunOptions options = RunChecks.Valid(call.Options);
        Measurement measurement = ModelTelemetry.Run(Info.Name, options.Fidelity, call.Count);
        try
        {
            executor.Run(job, call.Count, options, call.Cancellation);
        }
        catch (Exception e)
        {
            measurement.Fail(e);
            throw;
        }
        finally
        {
            measurement.Dispose();
        }
    }

    /// <exception cref="CimException">CIM4002: an input has another length than so many samples.</exception>
    internal void CheckInput(Executor executor, int index, int length, int count) =>
        RunChecks.Length(executor.InputLength(index, count), length, count, "Input", Info.Inputs[index]);

    /// <exception cref="CimException">CIM4002: an output has another length than so many samples.</exception>
    internal void CheckOutput(Executor executor, int index, int length, int count) =>
        RunChecks.Length(executor.OutputLength(index, count), length, count, "Output", Info.Outputs[index]);

    private static CimModel Measured(Func<CimModel> load)
    {
        Measurement measurement = ModelTelemetry.Load();
        try
        {
            CimModel model = load();
            if (measurement.IsActive) measurement.Tag("cim.model", model.Info.Name).Tag("cim.hardware", model.Info.Hardware);
            return model;
        }
        catch (Exception e)
        {
            measurement.Fail(e);
            throw;
        }
        finally
        {
            measurement.Dispose();
        }
    }
}
