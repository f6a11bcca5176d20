using Cim.Runtime.Mapping;

namespace Cim.Runtime.Costs;

/// <summary>A block of a layer as cost sees it.</summary>
/// <param name="Mapping">Where it lies.</param>
/// <param name="Columns">Its columns before slicing, over all groups.</param>
/// <param name="Uses">Outputs they are added to; as many, unless columns are shared.</param>
internal readonly record struct CostedBlock(LayerMapping Mapping, long Columns, long Uses);
