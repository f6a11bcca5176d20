namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>What may run at once.</summary>
internal enum PipelineKind
{
    /// <summary>One layer after the other, one image after the other.</summary>
    Serial,

    /// <summary>A layer starts when its inputs are complete; layers work on different images at once.</summary>
    Batch,

    /// <summary>A layer starts when the rows under its first window exist.</summary>
    CrossLayer,
}
