namespace Cim.Runtime.Hardware;

/// <summary>Which weights share a scale between integers and conductances.</summary>
internal enum WeightScaling
{
    /// <summary>Those of one output: every output uses the whole range of conductances.</summary>
    Column,

    /// <summary>All of a layer: outputs with small weights use little of the range, as in simulators that scale a layer as a
    /// whole.</summary>
    Layer,
}
