using System.Runtime.ExceptionServices;

namespace Cim.Compiler.Ort;

/// <summary>Independent pieces of work on all processors.</summary>
internal static class ParallelWork
{
    /// <summary>Does all pieces. Of several that fail, the first by index is thrown as it is, so that errors do not depend on
    /// threads.</summary>
    public static void For(int count, Action<int> body, CancellationToken cancellation)
    {
        var failures = new Exception?[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            try
            {
                body(i);
            }
            catch (Exception e)
            {
                failures[i] = e;
            }
        });
        cancellation.ThrowIfCancellationRequested();
        if (failures.FirstOrDefault(f => f is not null) is { } first) ExceptionDispatchInfo.Throw(first);
    }
}
