namespace Cim.Compiler.Ort;

/// <summary>
/// Gives back memory that nothing uses any more. Left alone, the collector does so late: large arrays count as old, and the more of them
/// are alive the longer it waits. Small networks never reach what is worth a collection.
/// </summary>
internal static class UnusedMemory
{
    private const long WorthCollecting = 64L << 20, WorthReturning = 256L << 20;

    /// <summary>After a part of a stage: frees what the part left behind, if it is much, so that the next part takes its place.</summary>
    public static void Collect()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) - GC.GetGCMemoryInfo().HeapSizeBytes > WorthCollecting) GC.Collect();
    }

    /// <summary>After a stage: also returns to the system what stays free.</summary>
    public static void Return()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) < WorthReturning) return;
        GC.Collect();
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        if (memory.TotalCommittedBytes - memory.HeapSizeBytes > WorthReturning)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
