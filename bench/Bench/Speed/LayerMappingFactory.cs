using Cim.Runtime.Mapping;

namespace Cim.Bench.Speed;

/// <summary>Where rows x columns weights of some bits lie.</summary>
internal delegate LayerMapping LayerMappingFactory(int rows, int columns, int weightBits);
