/* The parts of ECharts that the house draws with; everything else of it is left out when this is bundled. */

export { init } from "echarts/core";

import { use } from "echarts/core";
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, HeatmapChart, LineChart, GridComponent, TooltipComponent, VisualMapContinuousComponent, SVGRenderer]);
