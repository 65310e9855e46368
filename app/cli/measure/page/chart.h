#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace lambent::cli {

// A drawing in the units of its own view box, made of marks whose looks the style sheet knows by
// their class. It knows geometry; the markup stands in chart.svg.mustache.
struct Chart {
    struct Line {
        double x1 = 0;
        double y1 = 0;
        double x2 = 0;
        double y2 = 0;
        std::string look;
    };
    struct Box {
        double x = 0;
        double y = 0;
        double width = 0;
        double height = 0;
        std::string look;
        std::string title;  // what pointing at it says
    };
    struct Trace {
        std::string path;  // SVG path data
        std::string look;
        std::string title;
    };
    struct Dot {
        double x = 0;
        double y = 0;
        std::string look;
        std::string title;
    };
    struct Text {
        double x = 0;
        double y = 0;
        std::string text;
        std::string look;  // "left", "right" or "middle", and what else
    };

    double width = 720;
    double height = 300;
    std::string title;
    std::string description;  // for those who cannot see it
    std::vector<Line> lines;
    std::vector<Box> boxes;
    std::vector<Trace> traces;
    std::vector<Dot> dots;
    std::vector<Text> texts;
};

// What the template reads. Two decimals are enough for any screen.
nlohmann::json chart_json(const Chart& chart);

}  // namespace lambent::cli
