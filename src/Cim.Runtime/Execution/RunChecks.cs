using Cim.Runtime.Diagnostics;

namespace Cim.Runtime.Execution;

/// <summary>Checks what a caller passes to a run before anything is computed.</summary>
internal static class RunChecks
{
    /// <summary>The options, checked; the default for null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option has a value that does not exist.</exception>
    public static RunOptions Valid(RunOptions? options)
    {
        if (options is null) return RunOptions.Default;
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxThreads, "options.MaxThreads");
        if (options.Fidelity is < Fidelity.Exact or > Fidelity.Circuit)
            throw new ArgumentOutOfRangeException(nameof(options), options.Fidelity, "There is no such fidelity.");
        return options;
    }

    /// <summary>A number of samples, at least one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public static int Positive(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return count;
    }

    /// <exception cref="CimException">CIM4002: a buffer has another length than so many samples need.</exception>
    /// <param name="needed">The values that the samples need.</param>
    /// <param name="length">The values of the buffer.</param>
    /// <param name="count">How many samples.</param>
    /// <param name="kind">Input or output, for the message.</param>
    /// <param name="tensor">The input or output.</param>
    public static void Length(long needed, int length, int count, string kind, TensorDescription tensor)
    {
        if (length == needed) return;
        string batch = tensor.Shape is [> 1 and var fixedBatch, _, ..] && needed == (long)tensor.SampleLength * count
            ? $" (a sample of this network is its fixed batch of {fixedBatch})" : "";
        throw Mismatch($"{kind} '{tensor.Name}' has {length} values; for {count} sample{(count == 1 ? "" : "s")}{batch} it needs {needed}");
    }

    /// <summary>CIM4002 with what does not fit.</summary>
    public static CimException Mismatch(string what) => new(ErrorCodes.BufferMismatch, what + ".");
}
