using Cim.Runtime.Execution;
using Cim.Runtime.Telemetry;

namespace Cim.Runtime;

/// <content>Runs, and the lengths they need.</content>
public sealed partial class CimModel
{
    /// <summary>Values of an input for a number of samples; one that does not carry the batch (a threshold, a table) has as many for any
    /// number.</summary>
    /// <param name="index">The input, as in <see cref="Info"/>.</param>
    /// <param name="count">How many samples.</param>
    /// <param name="plan">The plan, as in <see cref="ModelInfo.Plans"/>; left out: <see cref="ModelInfo.CalibratedPlan"/>.</param>
    public int InputLength(int index, int count, int? plan = null) =>
        checked((int)Open(plan).InputLength(index, RunChecks.Positive(count)));

    /// <summary>As <see cref="InputLength"/> for an output.</summary>
    /// <param name="index">The output, as in <see cref="Info"/>.</param>
    /// <param name="count">How many samples.</param>
    /// <param name="plan">The plan, as in <see cref="ModelInfo.Plans"/>; left out: <see cref="ModelInfo.CalibratedPlan"/>.</param>
    public int OutputLength(int index, int count, int? plan = null) =>
        checked((int)Open(plan).OutputLength(index, RunChecks.Positive(count)));

    /// <summary>The plan that a run with these inputs takes, as in <see cref="ModelInfo.Plans"/>; 0 for a model of one size.</summary>
    /// <param name="lengths">The values in each input.</param>
    /// <param name="count">How many samples they are.</param>
    /// <exception cref="CimException">CIM4002: no plan takes them.</exception>
    public int PlanOf(ReadOnlySpan<int> lengths, int count) => Plans().IndexOf(lengths, RunChecks.Positive(count));

    /// <summary>Runs as many samples as the input holds, for a model with one input and one output.</summary>
    /// <param name="input">Samples of <c>Info.Inputs[0].SampleLength</c> values.</param>
    /// <param name="output">Receives samples of <c>Info.Outputs[0].SampleLength</c> values.</param>
    /// <param name="options">How to simulate; null: <see cref="RunOptions.Default"/>.</param>
    /// <param name="cancellation">Stops the run between samples.</param>
    /// <exception cref="CimException">CIM4002: a length does not fit; CIM4004, CIM4005: a value of the input cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the output is incomplete.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output, RunOptions? options = null, CancellationToken cancellation = default)
    {
        (Executor executor, int count) = Plans().Of(input.Length, output.Length);
        Run(executor, input, output, new RunCall(count, options, cancellation));
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
    public void Run(
        ReadOnlySpan<float> input, Span<float> output, int count, RunOptions? options = null, CancellationToken cancellation = default)
    {
        PlanTable plans = Plans();
        Executor executor = plans[plans.IndexOf([input.Length], RunChecks.Positive(count))];
        Run(executor, input, output, new RunCall(count, options, cancellation));
    }

    private unsafe void Run(Executor executor, ReadOnlySpan<float> input, Span<float> output, RunCall call)
    {
        if (executor.InputLengths.Length != 1 || executor.OutputLengths.Length != 1)
            throw RunChecks.Mismatch($"The model has {executor.InputLengths.Length} inputs and {executor.OutputLengths.Length} outputs: "
                + "pass them as lists of memory");
        CheckInput(executor, 0, input.Length, call.Count);
        CheckOutput(executor, 0, output.Length, call.Count);
        fixed (float* source = input)
        fixed (float* target = output)
        {
            using RunLease lease = executor.Rent();
            lease.Job.Inputs[0] = (nint)source;
            lease.Job.Outputs[0] = (nint)target;
            Execute(executor, lease.Job, call);
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
        PlanTable plans = Plans();
        Executor executor = plans.Calibrated;
        if (inputs.Length != executor.InputLengths.Length || outputs.Length != executor.OutputLengths.Length)
            throw RunChecks.Mismatch($"The model has {executor.InputLengths.Length} inputs and {executor.OutputLengths.Length} outputs; "
                + $"{inputs.Length} and {outputs.Length} are given");
        RunChecks.Positive(count);
        Span<int> lengths = inputs.Length <= RunBuffers.MaxSpans ? stackalloc int[inputs.Length] : new int[inputs.Length];
        for (int i = 0; i < inputs.Length; i++) lengths[i] = inputs[i].Length;
        executor = plans[plans.IndexOf(lengths, count)];
        for (int i = 0; i < inputs.Length; i++) CheckInput(executor, i, inputs[i].Length, count);
        for (int i = 0; i < outputs.Length; i++) CheckOutput(executor, i, outputs[i].Length, count);
        using RunLease lease = executor.Rent();
        for (int i = 0; i < inputs.Length; i++) lease.Job.PinInput(i, inputs[i]);
        for (int i = 0; i < outputs.Length; i++) lease.Job.PinOutput(i, outputs[i]);
        Execute(executor, lease.Job, new RunCall(count, options, cancellation));
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
}
